package io.tourbillon.bench.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What it takes to start this program once more, in a JVM of its own. */
public final class OurJvm {
  private OurJvm() {}

  /** The {@code java} that runs this program. */
  public static String executable() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Our class path, in a form that is valid in another folder. */
  public static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * Ends this JVM when standard input ends: when the process that started it ends. A blocked thread
   * waits for that, which costs nothing.
   */
  public static void endWithParent() {
    Thread.ofPlatform().daemon().name("with-parent").start(OurJvm::awaitParent);
  }

  private static void awaitParent() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes; this waits for the end of input.
      }
    } catch (IOException e) {
      // Without standard input there is no parent to wait for.
    }
    Runtime.getRuntime().halt(1);
  }
}
