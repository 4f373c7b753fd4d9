import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class App {
  static final Map<String, Object> SETTINGS = Map.ofEntries(
      Map.entry("bootstrap.servers", "{{address}}"),
      //{{security}}
      Map.entry("client.id", "my-java-app"),
      Map.entry("group.id", "my-java-app"),
      Map.entry("auto.offset.reset", "earliest"));

  public static void main(String[] args) {
    try (var producer = new KafkaProducer<>(SETTINGS, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("hello", "greeting", "Hello from Java"));
    }
    try (var consumer = new KafkaConsumer<>(SETTINGS, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of("hello"));
      while (true) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          System.out.println(record.topic() + "-" + record.partition() + " " + record.offset() + " " + record.value());
        }
      }
    }
  }
}
