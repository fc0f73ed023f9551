package io.tourbillon.stress;

/**
 * Two steps on one fresh subject that two threads take at the same time, and a look at the subject
 * when both have ended. Each returns a number, by convention 1 for true and 0 for false. The three
 * numbers together are the outcome, which a stress class allows or forbids.
 *
 * <p>An implementation stands in the package of its subject, so that it can reach what is not
 * public. It has a public constructor without parameters, which makes the subject.
 */
public interface Race {
  /** The step of one thread. */
  int first();

  /** The step of the other thread. */
  int second();

  /** What is left. Called when both steps have ended, with all their writes visible. */
  int after();

  /** 1 for true, 0 for false. */
  static int bit(boolean value) {
    return value ? 1 : 0;
  }
}
