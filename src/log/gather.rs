//! Writes what a transaction adds to a write-ahead log in large pieces.
//!
//! SQLite hands each page of a write-ahead log to the system by itself, in two writes: 24 bytes and 16 KiB. Most of what that
//! costs is the system's work a write and a page of its cache, two fifths of a broker's processor time under load.
//! So this is a VFS (<https://sqlite.org/vfs.html>) around the system's own that holds the frames of a transaction back
//! until the one that commits it and writes them as one.
//!
//! Nobody can miss what is held: other connections learn of frames when a transaction has committed, the connection itself
//! reads through the same file object, and what is held when the process ends belongs to no transaction that was
//! acknowledged. Where frames cannot be written the commit fails as it would have failed without this.
//!
//! The only place of Millpond with unsafe code: a VFS is a table of C functions.
#![allow(unsafe_code)]

mod held;
#[cfg(test)]
mod tests;

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::slice;
use std::sync::OnceLock;

use rusqlite::ffi;

use self::held::{Held, Next, pieces};

const NAME: &CStr = c"millpond-gather";

/// The VFS to open a writer with; `None` where SQLite does not take it, and then its own will do.
pub fn vfs() -> Option<&'static CStr> {
    static TAKEN: OnceLock<bool> = OnceLock::new();
    TAKEN.get_or_init(register).then_some(NAME)
}

/// The system's VFS, which does the work.
struct System(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite keeps it for the life of the process and calls its functions from all threads itself.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

static SYSTEM: OnceLock<System> = OnceLock::new();

fn register() -> bool {
    // SAFETY: a null name asks for the default VFS, which stays where it is for the life of the process, as ours does.
    unsafe {
        let system = ffi::sqlite3_vfs_find(null());
        if system.is_null() || SYSTEM.set(System(system)).is_err() {
            return false;
        }
        let ours = ffi::sqlite3_vfs {
            szOsFile: (*system).szOsFile + size_of::<File>() as c_int,
            pNext: null_mut(),
            zName: NAME.as_ptr(),
            xOpen: Some(open),
            ..*system
        };
        ffi::sqlite3_vfs_register(Box::into_raw(Box::new(ours)), 0) == ffi::SQLITE_OK
    }
}

/// A write-ahead log as SQLite sees it; the system's file follows in the same memory.
#[repr(C)]
struct File {
    methods: *const ffi::sqlite3_io_methods,
    held: *mut Held,
}

/// Version 1: what a write-ahead log needs, without shared memory, which belongs to the file of the tables.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// Calls a function of the system's file.
macro_rules! of_system {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let system = system_file($file);
        match (*(*system).pMethods).$method {
            Some(method) => method(system $(, $argument)*),
            None => ffi::SQLITE_IOERR,
        }
    }};
}

/// SAFETY: `file` must have been opened by [`open`] as a write-ahead log.
unsafe fn system_file(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite gave as much memory as `szOsFile` says.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// SAFETY: as [`system_file`], and no other reference to it may live. SQLite uses a file from one thread at a time.
unsafe fn held<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Held {
    // SAFETY: `open` put it there and only `close` takes it away.
    unsafe { &mut *(*file.cast::<File>()).held }
}

/// Writes all that is held. What could not be written is forgotten: its transaction fails.
///
/// SAFETY: as [`held`].
unsafe fn flush(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the same.
    unsafe {
        let held = held(file);
        let (bytes, at) = held.empty_out();
        for (piece, at) in pieces(&bytes, at) {
            let done = of_system!(file, xWrite, piece.as_ptr().cast(), piece.len() as c_int, at);
            if done != ffi::SQLITE_OK {
                held.lose();
                return done;
            }
        }
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    let Some(System(system)) = SYSTEM.get() else { return ffi::SQLITE_CANTOPEN };
    // SAFETY: SQLite calls this with memory of `szOsFile` bytes, and `system` is a VFS of its own.
    unsafe {
        let Some(open) = (**system).xOpen else { return ffi::SQLITE_CANTOPEN };
        if flags & ffi::SQLITE_OPEN_WAL == 0 {
            return open(*system, name, file, flags, flags_out);
        }
        (*file).pMethods = null();
        let inner = system_file(file);
        (*inner).pMethods = null();
        let done = open(*system, name, inner, flags, flags_out);
        if (*inner).pMethods.is_null() {
            return done;
        }
        if done != ffi::SQLITE_OK {
            of_system!(file, xClose);
            return done;
        }
        let safe = of_system!(file, xDeviceCharacteristics) & ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE != 0;
        let held = Box::into_raw(Box::new(Held::new(!safe)));
        file.cast::<File>().write(File { methods: &raw const METHODS, held });
        done
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once, and calls nothing of it afterwards. What is still held was not committed.
    unsafe {
        drop(Box::from_raw((*file.cast::<File>()).held));
        of_system!(file, xClose)
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, bytes: c_int, at: i64) -> c_int {
    // SAFETY: called by SQLite for a file that `open` opened; so are all below.
    unsafe {
        if held(file).overlaps(at, bytes.into()) {
            let done = flush(file);
            if done != ffi::SQLITE_OK {
                return done;
            }
        }
        of_system!(file, xRead, into, bytes, at)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, bytes: c_int, at: i64) -> c_int {
    // SAFETY: see `read`; `from` has so many bytes.
    unsafe {
        let piece = slice::from_raw_parts(from.cast::<u8>(), bytes as usize);
        match held(file).take(piece, at) {
            Next::Wait => ffi::SQLITE_OK,
            Next::Write => flush(file),
            Next::Refuse => ffi::SQLITE_IOERR_WRITE,
            Next::Through => match flush(file) {
                ffi::SQLITE_OK => of_system!(file, xWrite, from, bytes, at),
                failed => failed,
            },
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, bytes: i64) -> c_int {
    // SAFETY: see `read`.
    unsafe {
        match flush(file) {
            ffi::SQLITE_OK => of_system!(file, xTruncate, bytes),
            failed => failed,
        }
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: see `read`.
    unsafe {
        match flush(file) {
            ffi::SQLITE_OK => of_system!(file, xSync, flags),
            failed => failed,
        }
    }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, bytes: *mut i64) -> c_int {
    // SAFETY: see `read`.
    unsafe {
        match flush(file) {
            ffi::SQLITE_OK => of_system!(file, xFileSize, bytes),
            failed => failed,
        }
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `read`.
    unsafe { of_system!(file, xLock, level) }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `read`.
    unsafe { of_system!(file, xUnlock, level) }
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, reserved: *mut c_int) -> c_int {
    // SAFETY: see `read`.
    unsafe { of_system!(file, xCheckReservedLock, reserved) }
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, what: c_int, with: *mut c_void) -> c_int {
    // SAFETY: see `read`.
    unsafe { of_system!(file, xFileControl, what, with) }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see `read`.
    unsafe { of_system!(file, xSectorSize) }
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see `read`.
    unsafe { of_system!(file, xDeviceCharacteristics) }
}
