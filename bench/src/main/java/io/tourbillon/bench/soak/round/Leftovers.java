package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.host.Descriptors;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is in this JVM before something happens: threads, live objects, open files. Afterwards it
 * finds what that has left behind. For one thread.
 *
 * <p>Taken after a rehearsal, so that classes are loaded and the JDK has started its threads.
 */
public final class Leftovers {
  /** The JVM opens a jar when it loads the first class of it, and a selector for its own use. */
  private static final long MOST_DESCRIPTORS = 8;

  /** How long files may stay open that another thread closes. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long LOOK_MILLIS = 20;

  private final ThreadCensus threads = new ThreadCensus();
  private final long descriptors = Descriptors.open();
  private final HeapCensus heap = HeapCensus.take();

  private Leftovers() {}

  /** Looks at what there is now. Collects all garbage. */
  public static Leftovers before() {
    return new Leftovers();
  }

  /** Returns how many bytes more are live now; negative if they are fewer. */
  public long grownBytes() {
    return HeapCensus.take().bytes() - heap.bytes();
  }

  /**
   * Adds a breach for each kind of what is left. Waits some seconds for it to go.
   *
   * @param permittedBytes what may be left besides: what no library can free
   */
  public void judge(Breaches breaches, long permittedBytes) throws InterruptedException {
    List<String> newThreads = threads.newThreads(ThreadCensus.PATIENCE);
    if (!newThreads.isEmpty()) {
      breaches.add("no thread is left behind", newThreads);
    }
    heap.growth(permittedBytes).ifPresent(grown -> breaches.add("no object is left behind", grown));
    long more = newDescriptors();
    if (more > MOST_DESCRIPTORS) {
      breaches.add(
          "no file is left open",
          more + " more than the " + descriptors + " before, permitted are " + MOST_DESCRIPTORS);
    }
  }

  private long newDescriptors() throws InterruptedException {
    long startNanos = System.nanoTime();
    long more = Descriptors.open() - descriptors;
    while (more > MOST_DESCRIPTORS && System.nanoTime() - startNanos < PATIENCE_NANOS) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      more = Descriptors.open() - descriptors;
    }
    return more;
  }
}
