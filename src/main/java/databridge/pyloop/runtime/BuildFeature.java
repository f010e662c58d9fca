package databridge.pyloop.runtime;

import java.util.List;
import org.graalvm.nativeimage.hosted.Feature;

/// Part of the build only. It initialises all classes of the engine before the builder analyses any, so that
/// what their static initialisers declare is complete when it is read.
final class BuildFeature implements Feature {
    /// A list with one line for each class.
    private static final String CLASSES = "/META-INF/pyloop-classes";

    @Override
    public void beforeAnalysis(BeforeAnalysisAccess access) {
        List<String> names = BuildList.read(CLASSES);
        for (String name : names) {
            try {
                Class.forName(name, true, BuildFeature.class.getClassLoader());
            } catch (ClassNotFoundException stale) {
                throw new LinkageError("the list of classes names one that is not there", stale);
            }
        }
    }
}
