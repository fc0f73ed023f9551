package io.tourbillon.coroutine;

import java.util.ServiceLoader;

/** Holds the implementation of this package, which is looked up once. */
final class Implementation {
  /** A constant for the JIT compiler, which therefore knows the class behind each call. */
  static final Kernel KERNEL =
      ServiceLoader.load(Kernel.class, Kernel.class.getClassLoader())
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "no implementation of "
                          + Kernel.class.getName()
                          + " was found: the jar of tourbillon-coroutine-core is incomplete"));

  private Implementation() {}
}
