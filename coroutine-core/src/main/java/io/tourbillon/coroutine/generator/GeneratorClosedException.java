package io.tourbillon.coroutine.generator;

import java.io.Serial;
import java.util.concurrent.CancellationException;

/**
 * What the body of a generator sees at its yield when the generator is closed. Let it pass: {@link
 * Generator#close} is waiting for the end of the body. Cleaning up in {@code finally} is the way to
 * use it; code there may suspend, but not yield. As Python's {@code GeneratorExit}.
 */
public final class GeneratorClosedException extends CancellationException {
  @Serial private static final long serialVersionUID = 1;

  GeneratorClosedException(String generator) {
    super(generator + " was closed");
  }
}
