package io.tourbillon.junit;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.testkit.Simulation;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The engine of tests: the best one that this JVM has, or that of the configuration. */
final class Engines {
  private Engines() {}

  static CoroutineScheduler.Builder set(
      ExtensionContext context, CoroutineScheduler.Builder builder) {
    return configured(context).map(builder::engine).orElse(builder);
  }

  static Simulation set(ExtensionContext context, Simulation simulation) {
    return configured(context).map(simulation::engine).orElse(simulation);
  }

  private static Optional<Engine> configured(ExtensionContext context) {
    return context
        .getConfigurationParameter(TourbillonExtension.ENGINE_PARAMETER)
        .map(Engines::parse);
  }

  private static Engine parse(String text) {
    try {
      return Engine.valueOf(text.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ExtensionConfigurationException(
          TourbillonExtension.ENGINE_PARAMETER
              + " must be one of "
              + Arrays.toString(Engine.values())
              + ": "
              + text,
          e);
    }
  }
}
