package io.tourbillon.stress.memory;

/**
 * Operations of which one runs out of memory. Each object is used once, by one thread. Has a public
 * constructor that takes a string, which says what kind of program it is.
 */
public interface SweptProgram {
  /** Makes what the operations need. No allocation fails. */
  void prepare() throws Exception;

  /** Operates, and notes which operations have thrown an OutOfMemoryError. */
  void operate() throws Exception;

  /**
   * Ends everything and throws an AssertionError if something was lost, doubled or left behind. No
   * allocation fails.
   */
  void check() throws Exception;
}
