package com.oracle.svm.hosted;

import jdk.internal.module.Modules;

/// Starts the builder on a JDK that is no GraalVM: opens all packages of all modules to it and to the engine,
/// then runs it.
///
/// A complete GraalVM names the packages one by one on the command line of its builder. Nothing untrusted runs in this
/// process, so that opening all of them is as good and needs no list that changes with each version.
public final class StartOnPlainJdk {
    private StartOnPlainJdk() {}

    /// @param arguments the options of the builder
    public static void main(String[] arguments) {
        ModuleLayer layer = ModuleLayer.boot();
        for (Module module : layer.modules()) {
            for (String name : module.getPackages()) {
                Modules.addOpensToAllUnnamed(module, name);
                for (Module other : layer.modules()) {
                    if (other.getName().startsWith("org.graalvm.") || other.getName().startsWith("jdk.graal.")) {
                        Modules.addOpens(module, name, other);
                    }
                }
            }
        }
        NativeImageGeneratorRunner.main(arguments);
    }
}
