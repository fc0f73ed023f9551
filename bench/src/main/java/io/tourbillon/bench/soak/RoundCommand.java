package io.tourbillon.bench.soak;

import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.host.OurJvm;
import io.tourbillon.bench.soak.fault.Fault;
import io.tourbillon.bench.soak.load.Load;
import io.tourbillon.bench.soak.round.LogTail;
import io.tourbillon.bench.soak.round.Phases;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Trial;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code tourbillon soak-round}: one round, in this JVM. */
@Command(
    name = "soak-round",
    description = {
      "Runs one round of a soak in this JVM and prints a line of JSON. soak runs it in JVMs of its"
          + " own."
    },
    hidden = true,
    mixinStandardHelpOptions = true)
public final class RoundCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "A fault or a load.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "SEED")
  private long seed;

  @Parameters(index = "2", paramLabel = "MILLIS", description = "How long it takes.")
  private long millis;

  @Parameters(
      index = "3",
      paramLabel = "LIMIT-MILLIS",
      description = "After this time it prints where all threads are, and ends.")
  private long limitMillis;

  @Option(
      names = "--with-parent",
      description = "Ends when standard input does: when the process that started this one ends.")
  private boolean withParent;

  private final UnaryOperator<TimerService> disguise;

  /** For picocli. */
  public RoundCommand() {
    this(UnaryOperator.identity());
  }

  /** For tests: what to put between the services and the load. */
  RoundCommand(UnaryOperator<TimerService> disguise) {
    this.disguise = disguise;
  }

  @Override
  public Integer call() throws Exception {
    if (withParent) {
      OurJvm.endWithParent();
    }
    Thread.ofPlatform().daemon().name("soak-limit").start(this::endInTime);
    LogTail log = LogTail.install();
    RoundResult result = result();
    spec.commandLine()
        .getOut()
        .println(JsonMapper.shared().writeValueAsString(result.withNotes(log.lines())));
    spec.commandLine().getOut().flush();
    return ExitCode.OK.code();
  }

  private RoundResult result() throws Exception {
    Fault fault = Fault.byId(name);
    if (fault != null) {
      if (millis < Phases.LEAST_MILLIS) {
        throw wrong("MILLIS must be at least " + Phases.LEAST_MILLIS + ": " + millis);
      }
      return new Trial(fault.id(), fault.make(), seed, Phases.of(millis), disguise).run();
    }
    Load load = Load.byId(name);
    if (load != null) {
      return load.make().run(load.id(), seed, Duration.ofMillis(millis));
    }
    throw wrong("NAME must be one of " + Fault.ids() + " or " + Load.ids() + ": " + name);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** A round that hangs is to show where. */
  private void endInTime() {
    try {
      TimeUnit.MILLISECONDS.sleep(limitMillis);
    } catch (InterruptedException byAFault) {
      endInTime();
      return;
    }
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      System.err.println(each.getKey());
      for (StackTraceElement frame : each.getValue()) {
        System.err.println("    at " + frame);
      }
    }
    System.err.println("it did not end within " + limitMillis + " ms");
    System.err.flush();
    Runtime.getRuntime().halt(ExitCode.FAILED.code());
  }
}
