package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.console.OneLine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The promises that were broken in a round, a sentence for each: the promise, then what was seen.
 * Thread-safe. Bounded, since a service that is broken breaks its promise again and again.
 */
public final class Breaches {
  private static final int MOST = 20;

  private final List<String> sentences = new ArrayList<>();

  /** Precedes each sentence. Volatile: set by the round, read by whoever adds. */
  private volatile String part = "";

  /** Counts those that are not in the list as well, also if there was no memory for them. */
  private final AtomicLong count = new AtomicLong();

  /**
   * Says in which part of the round promises are broken from now on.
   *
   * @param part such as {@code in the rehearsal, }; empty for the round itself
   */
  public void setPart(String part) {
    this.part = part;
  }

  /** Adds a breach: {@code never early: 3 of the sleeps ended before the deadline}. */
  public void add(String promise, Object seen) {
    count.incrementAndGet();
    try {
      keep(part + promise + ": " + OneLine.of(String.valueOf(seen)));
    } catch (OutOfMemoryError full) {
      // It is counted.
    }
  }

  /** Adds what is wrong with one subject. */
  public void addAll(String subject, List<String> broken) {
    broken.forEach(each -> add(subject, each));
  }

  private synchronized void keep(String sentence) {
    if (sentences.size() < MOST) {
      sentences.add(sentence);
    }
  }

  /** Returns the sentences, and how many more there were. */
  public synchronized List<String> all() {
    List<String> all = new ArrayList<>(sentences);
    long more = count.get() - sentences.size();
    if (more > 0) {
      all.add("and " + more + " more");
    }
    return all;
  }
}
