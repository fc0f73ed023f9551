package io.tourbillon.junit;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.testkit.Simulation;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The engine of tests: the best one that this JVM has, or that of the configuration. */
final class Engines {
  private static final Set<Engine> WITH_TURNS =
      EnumSet.complementOf(EnumSet.of(Engine.PLAIN_THREAD));

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
    String name = text.strip().toUpperCase(Locale.ROOT);
    return WITH_TURNS.stream()
        .filter(engine -> engine.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ExtensionConfigurationException(
                    TourbillonExtension.ENGINE_PARAMETER
                        + " must be one of "
                        + WITH_TURNS
                        + ", whose order of turns a seed can decide: "
                        + text));
  }
}
