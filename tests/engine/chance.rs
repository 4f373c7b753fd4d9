//! Bytes by chance that come again with the same seed: messages that decode, and ways to spoil them.

/// A small generator (xorshift64*).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Bytes that may be a message: mostly zeros, some small numbers, and the name of a topic.
    pub fn body(&mut self, length: usize) -> Vec<u8> {
        let zeros = 2 + self.below(8);
        let byte = |chance: &mut Self| match chance.below(zeros) {
            0 => [1, 2, 2, 3, b't'][chance.below(5)],
            _ => 0,
        };
        (0..length).map(|_| byte(self)).collect()
    }

    /// A message that `read` takes: it gives how many bytes it needed. The longest of many attempts.
    pub fn message(&mut self, read: impl Fn(&[u8]) -> Option<usize>) -> Vec<u8> {
        let mut best = Vec::new();
        for _ in 0..60 {
            let mut body = self.body(160);
            if let Some(used) = read(&body)
                && used > best.len()
            {
                body.truncate(used);
                best = body;
            }
        }
        best
    }

    /// Spoils bytes in one of the ways that the network, a defect or a villain does.
    pub fn spoil(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let at = self.below(bytes.len());
        match self.below(6) {
            0 => {
                for _ in 0..=self.below(3) {
                    let at = self.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
            }
            1 => self.overwrite(&mut bytes, at),
            2 => bytes.truncate(at),
            3 => {
                let more = self.body(1 + at % 40);
                bytes.splice(at..at, more);
            }
            4 => {
                let end = at + self.below(bytes.len() - at);
                bytes.drain(at..end);
            }
            _ => {
                let again = bytes[at..].to_vec();
                bytes.extend(again);
            }
        }
        bytes
    }

    /// Puts an extreme number where one may stand.
    fn overwrite(&mut self, bytes: &mut [u8], at: usize) {
        const EXTREMES: [&[u8]; 9] = [
            &[0x7f, 0xff, 0xff, 0xff],
            &[0x80, 0, 0, 0],
            &[0xff, 0xff, 0xff, 0xff],
            &[0xff, 0xff, 0xff, 0xfe],
            &[0x7f, 0xff],
            &[0xff, 0xfe],
            &[0xff, 0xff, 0xff, 0xff, 0x0f],
            &[0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x80, 0x80, 0x80, 0x80, 0x08],
        ];
        let extreme = EXTREMES[self.below(EXTREMES.len())];
        for (byte, extreme) in bytes.iter_mut().skip(at).zip(extreme) {
            *byte = *extreme;
        }
    }
}
