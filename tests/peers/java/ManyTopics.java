import java.io.FileReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Creates many topics: `ManyTopics PROPERTIES COUNT PARTITIONS REPLICAS`, named topic-00000 and on. */
public class ManyTopics {
    private static final int A_REQUEST = 250;

    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        try (FileReader file = new FileReader(arguments[0])) {
            settings.load(file);
        }
        int count = Integer.parseInt(arguments[1]);
        int partitions = Integer.parseInt(arguments[2]);
        short replicas = Short.parseShort(arguments[3]);
        try (Admin admin = Admin.create(settings)) {
            for (int from = 0; from < count; from += A_REQUEST) {
                List<NewTopic> topics = new ArrayList<>();
                for (int n = from; n < Math.min(count, from + A_REQUEST); n++) {
                    topics.add(new NewTopic(String.format("topic-%05d", n), Optional.of(partitions), Optional.of(replicas)));
                }
                admin.createTopics(topics).all().get();
            }
        }
    }
}
