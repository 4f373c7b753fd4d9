import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member of a share group: ShareMember ADDRESS GROUP TOPIC DELIVERIES [KEY=VALUE]... Takes so many deliveries and answers for
 * each by the first word of its value: "reject" is rejected, "twice" released the first time, "renew" renewed the first time,
 * everything else accepted. Prints a line a delivery: `got VALUE OFFSET COUNT ANSWER`, and one for each commit that fails.
 */
public final class ShareMember {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    public static void main(String[] of) {
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", of[0], "group.id", of[1], "enable.metrics.push", "false",
            "share.acknowledgement.mode", "explicit"));
        for (int i = 4; i < of.length; i++) {
            settings.put(of[i].substring(0, of[i].indexOf('=')), of[i].substring(of[i].indexOf('=') + 1));
        }
        int wanted = Integer.parseInt(of[3]), taken = 0;
        Set<Long> renewed = new HashSet<>();
        long end = System.nanoTime() + PATIENCE_NANOS;
        try (var consumer = new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(of[2]));
            while (taken < wanted) {
                if (System.nanoTime() > end) throw new IllegalStateException(taken + " of " + wanted + " deliveries");
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
                for (ConsumerRecord<String, String> record : records) {
                    AcknowledgeType answer = answer(record, renewed);
                    consumer.acknowledge(record, answer);
                    System.out.println("got " + record.value() + " " + record.offset() + " " + record.deliveryCount().orElse((short) 0)
                        + " " + answer.name());
                    taken++;
                }
                for (Map.Entry<TopicIdPartition, Optional<KafkaException>> said : consumer.commitSync().entrySet()) {
                    said.getValue().ifPresent(fault -> System.out.println("refused " + said.getKey() + " " + fault));
                }
            }
        }
        System.out.println("left");
    }

    private static AcknowledgeType answer(ConsumerRecord<String, String> record, Set<Long> renewed) {
        String word = record.value().split("-")[0];
        if (word.equals("reject")) return AcknowledgeType.REJECT;
        if (word.equals("twice") && record.deliveryCount().orElse((short) 0) == 1) return AcknowledgeType.RELEASE;
        if (word.equals("renew") && renewed.add(record.offset())) return AcknowledgeType.RENEW;
        return AcknowledgeType.ACCEPT;
    }
}
