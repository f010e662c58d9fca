package databridge.pyloop.loadgen;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The load generator: one thread, told by lines on standard input what to do, one line of JSON in answer to each.
///
///     open NAME key=value...    connects to a server; see [Workload]
///     run NAME SECONDS          sends requests for so long
///     close NAME
///
/// After an error the target is gone.
public final class LoadGenerator {
    private final Map<String, Target> targets = new HashMap<>();

    private LoadGenerator() {}

    /// @param arguments none
    public static void main(String[] arguments) throws IOException {
        LoadGenerator generator = new LoadGenerator();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(generator.answer(line.split(" ")));
        }
    }

    private String answer(String[] words) throws IOException {
        String name = words.length > 1 ? words[1] : "";
        try {
            switch (words[0]) {
                case "open" -> {
                    Target target = new Target(Workload.parse(Arrays.copyOfRange(words, 2, words.length)));
                    targets.put(name, target);
                    target.open();
                    return "{}";
                }
                case "run" -> {
                    return target(name).run(Double.parseDouble(words[2])).json();
                }
                case "close" -> {
                    target(name).close();
                    targets.remove(name);
                    return "{}";
                }
                default -> throw new IllegalArgumentException("unknown command");
            }
        } catch (IOException | RuntimeException e) {
            Target target = targets.remove(name);
            if (target != null) {
                target.close();
            }
            String text = e instanceof LoadException ? e.getMessage() : e.toString();
            return "{\"error\": \"" + text.replace('"', '\'').replace('\\', '/') + "\"}";
        }
    }

    private Target target(String name) {
        Target target = targets.get(name);
        if (target == null) {
            throw new IllegalArgumentException("no target " + name);
        }
        return target;
    }
}
