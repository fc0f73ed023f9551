package io.tourbillon.coroutine;

/** What programs with a small heap do to it, and how they say what has not held. */
final class FilledHeap {
  private FilledHeap() {}

  /** Fills the heap for so long, and until ten allocations have failed at the least. */
  static void fill(long nanos) {
    long startNanos = System.nanoTime();
    int errors = 0;
    Object[] chain = null;
    int size = 1 << 16;
    while (System.nanoTime() - startNanos < nanos || errors < 10) {
      try {
        Object[] next = new Object[size];
        next[0] = chain;
        chain = next;
      } catch (OutOfMemoryError full) {
        errors++;
        size = Math.max(1, size / 8);
      }
    }
  }

  /** Ends the process at once unless something holds. */
  static void require(boolean holds, String otherwise) {
    if (!holds) {
      System.out.println(otherwise);
      System.out.flush();
      Runtime.getRuntime().halt(1);
    }
  }
}
