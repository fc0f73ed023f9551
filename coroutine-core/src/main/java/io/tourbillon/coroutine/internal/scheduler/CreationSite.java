package io.tourbillon.coroutine.internal.scheduler;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds where the code of users spawns a coroutine. */
final class CreationSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** Prefixes of classes whose frames stand between the user's code and the new coroutine. */
  private static final List<String> OURS_AND_THE_JDKS =
      List.of("io.tourbillon.coroutine.", "io.tourbillon.timer.", "java.", "jdk.", "sun.");

  private CreationSite() {}

  /** Returns the innermost frame outside this library and the JDK; null if there is none. */
  static @Nullable StackTraceElement find() {
    return WALKER.walk(
        frames ->
            frames
                .filter(CreationSite::isUsers)
                .findFirst()
                .map(StackFrame::toStackTraceElement)
                .orElse(null));
  }

  private static boolean isUsers(StackFrame frame) {
    return OURS_AND_THE_JDKS.stream().noneMatch(frame.getClassName()::startsWith);
  }
}
