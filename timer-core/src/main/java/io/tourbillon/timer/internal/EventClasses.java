package io.tourbillon.timer.internal;

import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.FlightRecorder;

/**
 * Decides when the event classes of a module, for the JDK's flight recorder, may be touched.
 *
 * <p>Touching the first event class of a JVM initialises the recorder, which takes some hundred
 * milliseconds, even if nothing is ever recorded. So event classes are left alone until something
 * else has initialised the recorder. Then a separate thread loads them: a recording that begins
 * while the program runs gets our events after some milliseconds.
 *
 * <p>A runtime may lack the module {@code jdk.jfr}: an image made without it, or a modular program
 * that does not require it. Then there are no events, and their classes, which could not be loaded,
 * are never touched. Code refers to them only behind {@link #areReady}.
 */
public final class EventClasses {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private enum Phase {
    UNTOUCHED,
    LOADING,
    READY
  }

  private final Runnable loading;

  /** UNTOUCHED -> LOADING by any thread; LOADING -> READY, or back, by the loading thread. */
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.UNTOUCHED);

  /**
   * @param loading touches each event class of the module
   */
  public EventClasses(Runnable loading) {
    this.loading = loading;
  }

  /** Whether events may be made. Reads a flag or two; never waits. */
  public boolean areReady() {
    if (phase.get() == Phase.READY) {
      return true;
    }
    if (PRESENT && FlightRecorder.isInitialized()) {
      startLoading();
    }
    return false;
  }

  private void startLoading() {
    if (phase.compareAndSet(Phase.UNTOUCHED, Phase.LOADING)) {
      try {
        Runnable load =
            new Runnable() {
              @Override
              public void run() {
                load();
              }
            };
        IndependentThread.daemon("tourbillon-events", load).start();
      } catch (RuntimeException | Error noThread) {
        phase.set(Phase.UNTOUCHED); // LOADING -> UNTOUCHED: to be tried again
      }
    }
  }

  private void load() {
    try {
      loading.run();
      phase.set(Phase.READY);
    } catch (RuntimeException | Error failure) {
      phase.set(Phase.UNTOUCHED);
    }
  }
}
