package io.tourbillon.coroutine.generator;

import java.io.Serial;
import java.util.concurrent.CancellationException;

/**
 * Thrown by a yield when the generator is closed. Do not catch it: {@link Generator#close} waits
 * for the end of the body. Clean up in {@code finally}; code there may suspend, but not yield.
 * After {@code GeneratorExit} of Python.
 */
public final class GeneratorClosedException extends CancellationException {
  @Serial private static final long serialVersionUID = 1;

  GeneratorClosedException(String generator) {
    super(generator + " was closed");
  }
}
