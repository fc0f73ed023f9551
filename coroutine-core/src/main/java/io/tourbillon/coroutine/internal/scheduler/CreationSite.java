package io.tourbillon.coroutine.internal.scheduler;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where in the code of users a coroutine is being spawned. */
final class CreationSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** Whose calls stand between the user's code and the making of a coroutine. */
  private static final List<String> OURS_AND_THE_JDKS =
      List.of("io.tourbillon.coroutine.", "io.tourbillon.timer.", "java.", "jdk.", "sun.");

  private CreationSite() {}

  /** The innermost call that is neither ours nor the JDK's; null if all are. */
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
