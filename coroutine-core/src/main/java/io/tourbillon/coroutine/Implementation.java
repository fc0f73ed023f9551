package io.tourbillon.coroutine;

/**
 * Holds the implementation of this package. It is found by name, so that this package does not
 * depend on the packages that implement it.
 */
final class Implementation {
  private static final String NAME = "io.tourbillon.coroutine.internal.scheduler.SchedulerKernel";

  /** A constant for the JIT compiler, which therefore knows the class behind each call. */
  static final Kernel KERNEL = load();

  private Implementation() {}

  private static Kernel load() {
    try {
      return Class.forName(NAME).asSubclass(Kernel.class).getConstructor().newInstance();
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException(
          NAME + " was not found: the jar of tourbillon-coroutine-core is incomplete", missing);
    }
  }
}
