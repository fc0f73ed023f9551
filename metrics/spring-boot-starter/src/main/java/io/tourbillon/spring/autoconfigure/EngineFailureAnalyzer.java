package io.tourbillon.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to do if the engine that was asked for does not run in this JVM. */
final class EngineFailureAnalyzer extends AbstractFailureAnalyzer<EngineUnavailableException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, EngineUnavailableException cause) {
    String name = EngineAdvice.name(cause.engine());
    return new FailureAnalysis(
        "The property tourbillon.coroutines.engine asks for "
            + name
            + ", which does not run in this JVM, because it was started without "
            + cause.engine().flag()
            + ".",
        EngineAdvice.of(cause.engine())
            + "\nOr remove the property, so that the best engine that runs is taken.",
        cause);
  }
}
