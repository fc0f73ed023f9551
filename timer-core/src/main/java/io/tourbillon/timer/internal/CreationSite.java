package io.tourbillon.timer.internal;

import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds where the code of users schedules a timer or spawns a coroutine. Takes about 2 us. */
public final class CreationSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** Prefixes of classes whose frames stand between the user's code and what it creates. */
  private static final List<String> OURS_AND_THE_JDKS =
      List.of("io.tourbillon.coroutine.", "io.tourbillon.timer.", "java.", "jdk.", "sun.");

  private static final Innermost INNERMOST = new Innermost();

  private CreationSite() {}

  /** Returns the innermost frame outside this library and the JDK; null if there is none. */
  public static @Nullable StackTraceElement find() {
    return WALKER.walk(INNERMOST);
  }

  /** A class of its own, as a lambda would be linked at the first use of an operation. */
  private static final class Innermost
      implements Function<Stream<StackFrame>, @Nullable StackTraceElement> {
    @Override
    public @Nullable StackTraceElement apply(Stream<StackFrame> frames) {
      for (Iterator<StackFrame> next = frames.iterator(); next.hasNext(); ) {
        StackFrame frame = next.next();
        if (isUsers(frame.getClassName())) {
          return frame.toStackTraceElement();
        }
      }
      return null;
    }

    private static boolean isUsers(String className) {
      for (String prefix : OURS_AND_THE_JDKS) {
        if (className.startsWith(prefix)) {
          return false;
        }
      }
      return true;
    }
  }
}
