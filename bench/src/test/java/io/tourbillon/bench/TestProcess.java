package io.tourbillon.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts child processes of tests. Each ends within a limit, so that a test which reads what it
 * says waits for no longer. Signals are ignored only if the test says so: under {@code nohup} and
 * in the background of a script a build, its test JVMs and their children inherit ignored signals,
 * and a JVM cannot undo that.
 */
public final class TestProcess {
  /** Less than the limits of the tests, whose failures then show what was said. */
  private static final long LIMIT_SECONDS = 100;

  /** GNU's env since coreutils 8.31; perl is for other systems. */
  private static final String WITH_DEFAULTS =
      """
      if env --default-signal=TERM true 2>/dev/null; then
        exec env --default-signal=HUP,INT,QUIT,TERM,USR1 "$@"
      elif command -v perl >/dev/null; then
        exec perl -e '
          $SIG{$_} = "DEFAULT" for qw(HUP INT QUIT TERM USR1);
          exec { $ARGV[0] } @ARGV' -- "$@"
      fi
      echo 'the tests need perl, or an env that knows --default-signal' >&2
      exit 127
      """;

  private TestProcess() {}

  /** Starts a process that ignores none of the usual signals. */
  public static Process start(ProcessBuilder builder) throws IOException {
    return startIgnoring(List.of(), builder);
  }

  /** Starts a process that ignores the named signals, and none of the usual others. */
  public static Process startIgnoring(List<String> signals, ProcessBuilder builder)
      throws IOException {
    Process process = builder.command(ignoring(signals, builder.command())).start();
    endInTime(Stream.of(process.toHandle()));
    return process;
  }

  /** Ends processes that have not ended by themselves when their time is over. */
  public static void endInTime(Stream<ProcessHandle> processes) {
    List<ProcessHandle> all = processes.toList();
    CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS)
        .execute(() -> all.forEach(ProcessHandle::destroyForcibly));
  }

  private static List<String> ignoring(List<String> names, List<String> command) {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return command;
    }
    List<String> all = new ArrayList<>(List.of("sh", "-c", WITH_DEFAULTS, "sh"));
    if (!names.isEmpty()) {
      String ignore = "trap '' " + String.join(" ", names);
      all.addAll(List.of("sh", "-c", ignore + "; exec \"$@\"", "sh"));
    }
    all.addAll(command);
    return all;
  }
}
