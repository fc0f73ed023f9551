package io.tourbillon.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tests of this module run on the oldest JUnit that users may have, too: in a JVM of their own,
 * with the jars that the build has put into a folder.
 */
class OlderJUnitTest {
  private static final List<Class<?>> TESTS =
      List.of(ParametersTest.class, LeaksTest.class, SeedsTest.class);

  @Test
  @Tag("long")
  void extension_runsOnTheOldestJUnit(@TempDir Path folder) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
                "-cp",
                classPath(),
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--details=tree",
                "--disable-ansi-colors",
                "--disable-banner"));
    TESTS.forEach(test -> command.add("--select-class=" + test.getName()));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it must end");
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    assertEquals(0, process.exitValue(), text);
    assertTrue(text.contains("[         0 tests failed"), text);
    assertTrue(text.contains("failure_ofTheTest_isNotMaskedByLeaks"), text);
  }

  /** Ours, with the older JUnit in the place of the one that runs this test. */
  private static String classPath() throws IOException {
    List<String> path = new ArrayList<>();
    try (Stream<Path> jars = Files.list(Path.of(System.getProperty("tests.junit-5")))) {
      jars.forEach(jar -> path.add(jar.toString()));
    }
    assertEquals(2, path.size(), path::toString);
    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !new File(entry).getName().startsWith("junit-"))
        .forEach(path::add);
    return String.join(File.pathSeparator, path);
  }
}
