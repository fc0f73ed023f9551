package io.tourbillon.spring.autoconfigure;

import io.tourbillon.coroutine.Engine;

/** The engine of {@code tourbillon.coroutines.engine} does not run in this JVM. */
final class EngineUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Engine engine;

  EngineUnavailableException(Engine engine) {
    super("engine " + engine + " needs the flag " + engine.flag());
    this.engine = engine;
  }

  /** The engine that was asked for. */
  Engine engine() {
    return engine;
  }
}
