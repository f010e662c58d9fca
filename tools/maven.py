"""Run Maven on a JDK that can build the engine: `python3 tools/maven.py ARGUMENTS`.

The GraalVM or JDK found by `jdk.py` becomes JAVA_HOME for Maven, whatever the default Java of the system is.
`--quiet` leaves warnings visible: Maven's own would hide those of the compiler, which fail the build.
`-f POM` first builds another project than the engine.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from jdk import JdkNotFoundError, find_java_home

ROOT = Path(__file__).resolve().parent.parent

# Maven's own libraries use what newer JDKs warn about. Nobody who builds the engine can act on that.
JDK_OPTIONS = "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

WARNINGS_ONLY = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"


def main(arguments: list[str]) -> None:
    """Replace this process by Maven."""
    maven = shutil.which("mvn")
    if maven is None:
        sys.exit("Maven (mvn) was not found on PATH. Install Maven 3.8 or newer, for example the Debian package maven.")
    try:
        home = find_java_home()
    except JdkNotFoundError as error:
        sys.exit(str(error))
    options = [JDK_OPTIONS, os.environ.get("MAVEN_OPTS", "")]
    if "--quiet" in arguments:
        arguments = [argument for argument in arguments if argument != "--quiet"]
        options.append(WARNINGS_ONLY)
    environment = {**os.environ, "JAVA_HOME": str(home), "MAVEN_OPTS": " ".join(options)}
    # Maven obeys the first -f it sees.
    project = [] if arguments[:1] == ["-f"] else ["-f", str(ROOT / "pom.xml")]
    command = [maven, *project, *arguments]
    if not sys.stdout.isatty():
        command.insert(1, "-Dstyle.color=never")
    sys.stdout.flush()
    os.execve(maven, command, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
