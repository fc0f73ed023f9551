package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;

/**
 * Suspends where the stack is pinned to its thread, in a JVM whose reflection uses native code.
 * Prints the answers.
 */
final class PinnedSuspensions {
  private PinnedSuspensions() {}

  public static void main(String[] none) throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      Coroutine<?> pinned =
          scheduler.spawn(
              () -> {
                say("native", PinnedSuspensions::delayBelowANativeFrame);
                say("initialiser", () -> require(Delaying.VALUE == 1));
                Coroutines.delay(Duration.ofMillis(1));
                say("free", PinnedSuspensions::delay);
              });
      Coroutine<?> other = scheduler.spawn(PinnedSuspensions::delay);
      pinned.join(PATIENCE);
      other.join(PATIENCE);
    }
  }

  private static void say(String what, Action body) throws Exception {
    String answer = "well";
    try {
      body.run();
    } catch (IllegalStateException refused) {
      answer = refused.getMessage();
    } catch (ExceptionInInitializerError failed) {
      answer = failed.getCause().getMessage();
    }
    System.out.println(what + ": " + answer);
  }

  private static void delay() {
    Coroutines.delay(Duration.ofMillis(1));
    Coroutines.yieldNow();
  }

  private static void delayBelowANativeFrame() throws Exception {
    Method delay = PinnedSuspensions.class.getDeclaredMethod("delay");
    try {
      delay.invoke(null);
    } catch (InvocationTargetException thrown) {
      throw (Exception) thrown.getCause();
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }

  /** Suspends during its initialisation. */
  private static final class Delaying {
    static final int VALUE;

    static {
      delay();
      VALUE = 1;
    }

    private Delaying() {}
  }
}
