package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The process is stopped by a signal and continues some time later, again and again. */
final class Stopping implements Disturbance {
  private static final int LEAST_MILLIS = 20;
  private static final int MOST_MILLIS = 800;
  private static final int MOST_BETWEEN_MILLIS = 300;

  /** Whoever stops a process must not be that process. */
  private static final String SCRIPT = "kill -STOP \"$1\"; sleep \"$2\"; kill -CONT \"$1\"";

  @Override
  public void disturb(Scene scene) throws IOException, InterruptedException {
    String pid = Long.toString(ProcessHandle.current().pid());
    while (scene.goesOn()) {
      int millis = scene.random().nextInt(LEAST_MILLIS, MOST_MILLIS);
      String seconds = String.format(Locale.ROOT, "%.3f", millis / 1e3);
      Process stopper =
          new ProcessBuilder(List.of("sh", "-c", SCRIPT, "sh", pid, seconds))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      int exitCode = stopper.waitFor();
      if (exitCode != 0) {
        throw new IOException("the process must be stopped by kill: exit code " + exitCode);
      }
      scene.count("stops", 1);
      scene.count("stopped for milliseconds", millis);
      scene.pause(scene.random().nextInt(MOST_BETWEEN_MILLIS));
    }
  }
}
