package io.tourbillon.bench.example;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what the coroutines of an example run on. */
final class Loops {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description =
          "What carries the coroutines, one of ${COMPLETION-CANDIDATES}. Default: the first, or"
              + " the last where the JVM lacks its flag.")
  private @Nullable Engine engine;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "On how many loops they run. Default: one for each processor.")
  private @Nullable Integer loops;

  CoroutineScheduler open() {
    CoroutineScheduler.Builder builder = CoroutineScheduler.builder().name("example");
    try {
      if (engine != null) {
        builder.engine(engine);
      }
      if (loops != null) {
        builder.loops(loops);
      }
      return builder.build();
    } catch (IllegalArgumentException | UnsupportedOperationException refused) {
      throw new ParameterException(command.commandLine(), refused.getMessage(), refused);
    }
  }
}
