package databridge.pyloop.runtime;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reads what `native/src/PrepareClasses.java` has left for the build of the library. Not used in the library.
final class BuildList {
    private BuildList() {}

    /// The lines of a list.
    ///
    /// @param path from the root of the classes
    /// @throws LinkageError if there is no such list
    static List<String> read(String path) {
        try (InputStream list = BuildList.class.getResourceAsStream(path)) {
            if (list == null) {
                throw new LinkageError("the classes have not gone through native/src/PrepareClasses.java");
            }
            return new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))
                    .lines()
                    .toList();
        } catch (IOException unreadable) {
            throw new LinkageError("the list " + path + " cannot be read", unreadable);
        }
    }
}
