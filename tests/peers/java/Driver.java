import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Loads a broker with Apache Kafka's own Java clients and measures. One virtual machine serves every broker and row, so
 * that it is warm for all of them. Reads commands as lines of words, answers with a line of `name=value` words.
 *
 * create ADDRESS TOPIC PARTITIONS [KEY=VALUE]... | delete ADDRESS TOPIC
 * produce ADDRESS TOPIC MILLISECONDS BYTES_A_RECORD [KEY=VALUE]...   as fast as it goes
 * catchup ADDRESS TOPIC PARTITIONS RECORDS                           all that is there
 * tail ADDRESS TOPIC PARTITIONS MILLISECONDS BYTES_A_RECORD [..]     one produces, one reads at the same time
 * latency ADDRESS TOPIC PARTITIONS RECORDS A_SECOND BYTES [..]       from the send to the poll that returns it
 */
public final class Driver {
    private static final int PAYLOADS = 1024;

    private static Properties settings(String address, List<String> more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", address);
        settings.put("enable.metrics.push", "false");
        for (String pair : more) settings.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        return settings;
    }

    private static KafkaProducer<byte[], byte[]> producer(String address, List<String> more) {
        Properties settings = settings(address, List.of());
        // What each of both has its own default for is set, so that nothing depends on it.
        settings.putAll(Map.of("linger.ms", "5", "batch.size", "131072", "buffer.memory", "67108864"));
        settings.putAll(settings(address, more));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String address, String topic, int partitions) {
        Properties settings = settings(address, List.of("max.poll.records=5000", "fetch.max.wait.ms=500", "receive.buffer.bytes=1048576"));
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(n -> new TopicPartition(topic, n)).toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    /** Text of which about half can be compressed away, different from record to record. */
    private static byte[][] payloads(int size) {
        Random dice = new Random(42);
        byte[][] made = new byte[PAYLOADS][size];
        for (byte[] one : made) {
            for (int i = 0; i < size; i++) one[i] = (byte) ('a' + dice.nextInt(8));
        }
        return made;
    }

    private static double cpu() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }

    /** Sends for a while; gives the count. Latency and throughput are counted to the last acknowledgement. */
    private static long send(KafkaProducer<byte[], byte[]> producer, String topic, long milliseconds, byte[][] payloads) {
        AtomicReference<Exception> failed = new AtomicReference<>();
        long end = System.nanoTime() + milliseconds * 1_000_000, count = 0;
        while ((count & 63) != 0 || System.nanoTime() < end) {
            producer.send(new ProducerRecord<>(topic, payloads[(int) (count % PAYLOADS)]), (place, fault) -> {
                if (fault != null) failed.set(fault);
            });
            count++;
        }
        producer.flush();
        if (failed.get() != null) throw new IllegalStateException(failed.get());
        return count;
    }

    private static String produce(String[] of) {
        byte[][] payloads = payloads(Integer.parseInt(of[4]));
        try (var producer = producer(of[1], rest(of, 5))) {
            producer.partitionsFor(of[2]);
            // The producer's id and its connection are not part of what is measured.
            producer.send(new ProducerRecord<>(of[2], payloads[0]));
            producer.flush();
            double cpu = cpu();
            long began = System.nanoTime();
            long count = send(producer, of[2], Long.parseLong(of[3]), payloads);
            return result(count, System.nanoTime() - began, cpu() - cpu) + " total=" + (count + 1);
        }
    }

    private static String catchup(String[] of) {
        long wanted = Long.parseLong(of[4]), count = 0;
        double cpu = cpu();
        long began = System.nanoTime();
        try (var consumer = consumer(of[1], of[2], Integer.parseInt(of[3]))) {
            while (count < wanted) {
                count += consumer.poll(Duration.ofSeconds(10)).count();
                if (System.nanoTime() - began > 60e9) throw new IllegalStateException(count + " of " + wanted + " records came");
            }
            return result(count, System.nanoTime() - began, cpu() - cpu);
        }
    }

    private static String tail(String[] of) throws Exception {
        byte[][] payloads = payloads(Integer.parseInt(of[5]));
        AtomicLong sent = new AtomicLong(-1);
        try (var producer = producer(of[1], rest(of, 6)); var consumer = consumer(of[1], of[2], Integer.parseInt(of[3]))) {
            producer.partitionsFor(of[2]);
            consumer.poll(Duration.ofMillis(100));
            double cpu = cpu();
            long began = System.nanoTime(), count = 0;
            Thread sender = new Thread(() -> sent.set(send(producer, of[2], Long.parseLong(of[4]), payloads)));
            sender.start();
            while (sent.get() < 0 || count < sent.get()) {
                count += consumer.poll(Duration.ofMillis(200)).count();
                if (System.nanoTime() - began > 60e9) throw new IllegalStateException(count + " of " + sent + " records came");
            }
            sender.join();
            return result(count, System.nanoTime() - began, cpu() - cpu);
        }
    }

    private static String latency(String[] of) throws Exception {
        int count = Integer.parseInt(of[4]), rate = Integer.parseInt(of[5]), size = Integer.parseInt(of[6]);
        // The first tenth is not counted: connections, metadata and code that is not compiled yet.
        int skipped = count / 10;
        long[] found = new long[count];
        List<String> more = new ArrayList<>(List.of("linger.ms=0"));
        more.addAll(rest(of, 7));
        try (var producer = producer(of[1], more); var consumer = consumer(of[1], of[2], Integer.parseInt(of[3]))) {
            producer.partitionsFor(of[2]);
            consumer.poll(Duration.ofMillis(100));
            double cpu = cpu();
            long began = System.nanoTime();
            Thread sender = new Thread(() -> {
                for (int number = 0; number < count; number++) {
                    long due = began + number * 1_000_000_000L / rate;
                    while (System.nanoTime() < due) java.util.concurrent.locks.LockSupport.parkNanos(due - System.nanoTime());
                    // Counted from when it was due, so that a producer that is held up is not hidden.
                    producer.send(new ProducerRecord<>(of[2], ByteBuffer.allocate(size).putLong(due).array()));
                }
            });
            sender.start();
            for (int got = 0; got < count; ) {
                for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofSeconds(10))) {
                    found[got++] = System.nanoTime() - ByteBuffer.wrap(one.value()).getLong();
                }
                if (System.nanoTime() - began > 120e9) throw new IllegalStateException(got + " of " + count + " records came");
            }
            sender.join();
            long[] counted = Arrays.copyOfRange(found, skipped, count);
            Arrays.sort(counted);
            return result(count, System.nanoTime() - began, cpu() - cpu) + " p50=" + counted[counted.length / 2] / 1e6
                + " p99=" + counted[counted.length * 99 / 100] / 1e6 + " max=" + counted[counted.length - 1] / 1e6;
        }
    }

    private static String create(String[] of) throws Exception {
        Map<String, String> configs = new java.util.HashMap<>();
        for (String pair : rest(of, 4)) configs.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        try (Admin admin = Admin.create(settings(of[1], List.of()))) {
            admin.createTopics(List.of(new NewTopic(of[2], Integer.parseInt(of[3]), (short) 1).configs(configs))).all().get();
        }
        return "done";
    }

    private static String delete(String[] of) throws Exception {
        try (Admin admin = Admin.create(settings(of[1], List.of()))) {
            admin.deleteTopics(List.of(of[2])).all().get();
        }
        return "done";
    }

    private static List<String> rest(String[] words, int from) {
        return Arrays.asList(words).subList(from, words.length);
    }

    private static String result(long count, long nanoseconds, double cpu) {
        return "records=" + count + " seconds=" + nanoseconds / 1e9 + " driver=" + cpu;
    }

    public static void main(String[] unused) throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            String answer;
            try {
                answer = switch (words[0]) {
                    case "create" -> create(words);
                    case "delete" -> delete(words);
                    case "produce" -> produce(words);
                    case "catchup" -> catchup(words);
                    case "tail" -> tail(words);
                    case "latency" -> latency(words);
                    default -> "failed: no command " + words[0];
                };
            } catch (Exception fault) {
                answer = "failed: " + String.valueOf(fault).replace('\n', ' ');
            }
            System.out.println(answer);
            System.out.flush();
        }
    }
}
