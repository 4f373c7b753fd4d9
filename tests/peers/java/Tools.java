import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Apache Kafka's command-line tools one after the other in one virtual machine, which saves a start for each.
 * Reads a line a run: class, standard input and arguments, in Base64 and separated by spaces; answers with a line
 * of exit code, standard output and standard error, the latter two in Base64.
 */
public final class Tools {
    /** Thrown instead of ending the virtual machine. Some tools catch it and exit again: the first exit counts. */
    private static final class Ended extends Error { }

    private static final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private static final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private static final List<Runnable> hooks = new ArrayList<>();
    private static String answer;

    private static synchronized void ended(int code, String message) {
        if (message != null) System.err.println(message);
        if (answer == null) {
            runHooks();
            System.out.flush();
            System.err.flush();
            answer = code + " " + line(out.toByteArray()) + " " + line(err.toByteArray());
        }
    }

    /** What the tool wanted done at its end, such as sending what a producer still holds. */
    private static void runHooks() {
        List<Runnable> work = List.copyOf(hooks);
        hooks.clear();
        for (Runnable one : work) {
            Thread thread = new Thread(one);
            thread.setDaemon(true);
            thread.start();
            try {
                thread.join(10_000);
            } catch (InterruptedException fault) {
                throw new IllegalStateException(fault);
            }
        }
    }

    private static String text(String base64) {
        return base64.equals("-") ? "" : new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static String line(byte[] bytes) {
        return bytes.length == 0 ? "-" : Base64.getEncoder().encodeToString(bytes);
    }

    private static Void run(String[] parts) {
        try {
            String[] arguments = Arrays.copyOfRange(parts, 2, parts.length);
            Class.forName(parts[0]).getMethod("main", String[].class).invoke(null, (Object) arguments);
            ended(0, null);
        } catch (InvocationTargetException outer) {
            if (answer == null) outer.getCause().printStackTrace();
            ended(1, null);
        } catch (Exception fault) {
            fault.printStackTrace();
            ended(1, null);
        }
        return null;
    }

    public static void main(String[] unused) throws Exception {
        Exit.setExitProcedure((code, message) -> {
            ended(code, message);
            throw new Ended();
        });
        Exit.setHaltProcedure((code, message) -> {
            ended(code, message);
            throw new Ended();
        });
        Exit.setShutdownHookAdder((name, work) -> hooks.add(work));
        PrintStream answers = System.out;
        PrintStream outPrinter = new PrintStream(out, true);
        PrintStream errPrinter = new PrintStream(err, true);
        System.setOut(outPrinter);
        System.setErr(errPrinter);
        BufferedReader runs = new BufferedReader(new InputStreamReader(System.in));
        for (String one = runs.readLine(); one != null; one = runs.readLine()) {
            String[] parts = Arrays.stream(one.split(" ")).map(Tools::text).toArray(String[]::new);
            out.reset();
            err.reset();
            answer = null;
            System.setIn(new ByteArrayInputStream(parts[1].getBytes(StandardCharsets.UTF_8)));
            // Scala's console keeps the streams it found first.
            scala.Console.withOut(outPrinter, () -> scala.Console.withErr(errPrinter, () -> run(parts)));
            answers.println(answer);
            answers.flush();
        }
    }
}
