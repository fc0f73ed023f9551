package io.tourbillon.coroutine;

/** Fills the heap in programs with a small one, and reports what fails. */
final class FilledHeap {
  private FilledHeap() {}

  /** Fills the heap for this long, and until at least ten allocations have failed. */
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

  /** Ends the process at once if the condition is false. */
  static void require(boolean holds, String otherwise) {
    if (!holds) {
      System.out.println(otherwise);
      System.out.flush();
      Runtime.getRuntime().halt(1);
    }
  }
}
