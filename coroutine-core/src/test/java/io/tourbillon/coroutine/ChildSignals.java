package io.tourbillon.coroutine;

import java.util.ArrayList;
import java.util.List;

/**
 * The signals that a child process ignores. It inherits them: under {@code nohup} and in the
 * background of a script, a build, its test JVMs and their children ignore some signals, and a JVM
 * cannot undo that.
 */
final class ChildSignals {
  /** GNU's env since coreutils 8.31; Perl on other systems. */
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

  private ChildSignals() {}

  /** Returns a command whose process ignores the named signals and no other usual ones. */
  static List<String> ignoring(List<String> names, List<String> command) {
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
