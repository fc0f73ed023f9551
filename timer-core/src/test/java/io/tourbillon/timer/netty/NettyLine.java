package io.tourbillon.timer.netty;

import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import java.util.Arrays;
import java.util.List;

/** What the Netty on the class path supports; the tests run with 4.1 and with 4.2. */
final class NettyLine {
  private static final boolean TELLS_TASKS =
      Arrays.stream(TimerTask.class.getMethods())
          .anyMatch(method -> method.getName().equals("cancelled"));

  private NettyLine() {}

  /** Whether tasks are told that their timeout was cancelled. */
  static boolean tellsTasks() {
    return TELLS_TASKS;
  }

  /** The timeouts whose tasks are told of the cancel, if Netty has a method for that. */
  static List<Timeout> told(Timeout... cancelled) {
    return TELLS_TASKS ? List.of(cancelled) : List.of();
  }
}
