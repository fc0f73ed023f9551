package io.tourbillon.bench.example;

import io.tourbillon.bench.Interruption;
import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.console.OneLine;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.bridge.OsSignals;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tourbillon example}: runs an example, each of which is a subcommand. */
@Command(
    name = "example",
    description = {
      "Small programs to copy from: TCP and HTTP servers and clients, and files, by coroutines.",
      "Their sources are in the package io.tourbillon.bench.example. Servers run until Ctrl-C."
    },
    mixinStandardHelpOptions = true)
public final class ExampleCommand implements Runnable {
  private static final String BLOCKING =
      "Plain blocking code, which knows nothing of coroutines; needs the engine VIRTUAL_THREAD.";

  @Spec private CommandSpec spec;

  /** Called when no subcommand was given. */
  @Override
  public void run() {
    spec.commandLine().usage(out());
  }

  @Command(
      name = "echo-server",
      description = "Sends back what it gets by TCP.",
      mixinStandardHelpOptions = true)
  int echoServer(
      @Mixin Loops loops,
      @Mixin Address address,
      @Option(
              names = "--most-connections",
              defaultValue = "10000",
              paramLabel = "N",
              description = "At a time; ${DEFAULT-VALUE} by default.")
          int mostConnections,
      @Option(
              names = "--idle-seconds",
              defaultValue = "60",
              paramLabel = "N",
              description = "How long a client may be silent; ${DEFAULT-VALUE} by default.")
          int idleSeconds,
      @Option(names = "--blocking", description = BLOCKING) boolean blocking)
      throws IOException {
    requirePositive("--most-connections", mostConnections);
    requirePositive("--idle-seconds", idleSeconds);
    Duration patience = Duration.ofSeconds(idleSeconds);
    try (CoroutineScheduler scheduler = loops.open()) {
      InetSocketAddress at = address.get();
      if (blocking) {
        ExecutorService threads = threadsOf(scheduler);
        try (BlockingEchoServer server =
            listen(at, () -> new BlockingEchoServer(threads, at, mostConnections, patience))) {
          awaitCtrlC("echo of " + server.address());
        }
      } else {
        try (EchoServer server =
            listen(at, () -> new EchoServer(scheduler, at, mostConnections, patience))) {
          awaitCtrlC("echo of " + server.address());
        }
      }
    }
    return 0;
  }

  @Command(
      name = "echo-client",
      description = "Talks to an echo server, and checks each byte.",
      mixinStandardHelpOptions = true)
  int echoClient(
      @Mixin Loops loops,
      @Mixin Address address,
      @Option(
              names = "--connections",
              defaultValue = "1000",
              paramLabel = "N",
              description = "At a time; ${DEFAULT-VALUE} by default.")
          int connections,
      @Option(
              names = "--messages",
              defaultValue = "10",
              paramLabel = "N",
              description = "On each, at least 1; ${DEFAULT-VALUE} by default.")
          int messages,
      @Option(
              names = "--bytes",
              defaultValue = "100",
              paramLabel = "N",
              description = "In each, at least 1; ${DEFAULT-VALUE} by default.")
          int bytes,
      @Option(
              names = "--pause-millis",
              defaultValue = "100",
              paramLabel = "N",
              description = "After each, at least 1; ${DEFAULT-VALUE} by default.")
          int pauseMillis) {
    requirePositive("--connections", connections);
    requirePositive("--messages", messages);
    requirePositive("--bytes", bytes);
    requirePositive("--pause-millis", pauseMillis);
    Callable<Long> client =
        new EchoClient(
                address.get(),
                messages,
                bytes,
                Duration.ofMillis(pauseMillis),
                Duration.ofSeconds(10))
            ::converse;
    return run(
        loops,
        () -> {
          List<Long> echoed = CoroutineScope.gather(Collections.nCopies(connections, client));
          out()
              .printf(
                  Locale.ROOT,
                  "%,d bytes have come back on %,d connections%n",
                  echoed.stream().mapToLong(Long::longValue).sum(),
                  connections);
          return 0;
        });
  }

  @Command(
      name = "http-server",
      description = "Answers GET /, GET /sleep?ms=N and POST /echo.",
      mixinStandardHelpOptions = true)
  int httpServer(
      @Mixin Loops loops,
      @Mixin Address address,
      @Option(names = "--blocking", description = BLOCKING) boolean blocking)
      throws IOException {
    try (CoroutineScheduler scheduler = loops.open()) {
      InetSocketAddress at = address.get();
      if (blocking) {
        ExecutorService threads = threadsOf(scheduler);
        try (BlockingWebServer server = listen(at, () -> new BlockingWebServer(threads, at))) {
          awaitCtrlC("see " + server.uri());
        }
      } else {
        try (WebServer server =
            listen(at, () -> new WebServer(scheduler, at, Duration.ofSeconds(60)))) {
          awaitCtrlC("see " + server.uri());
        }
      }
    }
    return 0;
  }

  @Command(
      name = "fetch",
      description = "Fetches pages by HTTP, many at a time.",
      mixinStandardHelpOptions = true)
  int fetch(
      @Mixin Loops loops,
      @Option(
              names = "--at-once",
              defaultValue = "10",
              paramLabel = "N",
              description = "How many at a time; ${DEFAULT-VALUE} by default.")
          int atOnce,
      @Option(
              names = "--limit-seconds",
              defaultValue = "10",
              paramLabel = "N",
              description = "How long each may take; ${DEFAULT-VALUE} by default.")
          int limitSeconds,
      @Parameters(arity = "1..*", paramLabel = "URI", description = "What to fetch.")
          List<URI> addresses) {
    requirePositive("--at-once", atOnce);
    requirePositive("--limit-seconds", limitSeconds);
    try (HttpClient client = HttpClient.newHttpClient()) {
      Fetcher fetcher = new Fetcher(client, atOnce, Duration.ofSeconds(limitSeconds));
      return run(loops, () -> tell(fetcher.fetch(addresses)));
    }
  }

  private int tell(List<Fetcher.Answer> answers) {
    answers.forEach(answer -> out().println(describe(answer)));
    return answers.stream().allMatch(Fetcher.Page.class::isInstance) ? 0 : 1;
  }

  private static String describe(Fetcher.Answer answer) {
    return switch (answer) {
      case Fetcher.Page page ->
          page.address() + ": " + page.status() + ", " + page.body().length() + " characters";
      case Fetcher.Failure failure ->
          failure.address() + ": " + OneLine.of(failure.cause().toString());
    };
  }

  @Command(
      name = "copy",
      description = "Copies a file piece by piece.",
      mixinStandardHelpOptions = true)
  int copy(
      @Mixin Loops loops,
      @Parameters(paramLabel = "FILE", description = "What to copy.") Path file,
      @Parameters(paramLabel = "COPY", description = "Where to; must not be there yet.")
          Path copy) {
    return run(
        loops,
        () -> {
          FileCopy.byPieces(file, copy);
          return 0;
        });
  }

  /**
   * Runs a coroutine that tells with which code to exit; a failure needs no stack trace here.
   * Ctrl-C cancels it, so that it can clean up.
   */
  private int run(Loops loops, Callable<Integer> body) {
    try (CoroutineScheduler scheduler = loops.open()) {
      Coroutine<Integer> work = scheduler.spawn(body);
      try (Interruption interruption = Interruption.listen(() -> work.cancel("Ctrl-C"))) {
        return exitCode(work, interruption);
      }
    }
  }

  private int exitCode(Coroutine<Integer> work, Interruption interruption) {
    try {
      return work.join();
    } catch (CompletionException failure) {
      if (work.state() == Coroutine.State.CANCELLED) {
        return interruption.exitCode();
      }
      Throwable cause = failure;
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      spec.commandLine().getErr().println(described(cause));
      return ExitCode.FAILED.code();
    }
  }

  private static String described(Throwable cause) {
    return cause instanceof FileSystemException ofFile
        ? OneLine.causeWithFile(ofFile)
        : OneLine.of(cause.toString());
  }

  /** Opens a server. */
  private interface Opening<S> {
    S open() throws IOException;
  }

  private <S> S listen(InetSocketAddress at, Opening<S> opening) {
    try {
      return opening.open();
    } catch (IOException refused) {
      throw new ParameterException(
          spec.commandLine(),
          "--host and --port must be where a server can listen: "
              + at.getHostString()
              + ":"
              + at.getPort()
              + ": "
              + OneLine.cause(refused),
          refused);
    }
  }

  private void awaitCtrlC(String greeting) {
    try (OsSignals signals = OsSignals.openUnlessIgnored("INT", "TERM")) {
      out()
          .println(
              greeting + "; " + (signals.names().contains("INT") ? "Ctrl-C" : "kill") + " ends it");
      out().flush();
      out().println("ends after " + signals.await());
    }
  }

  private ExecutorService threadsOf(CoroutineScheduler scheduler) {
    try {
      return scheduler.asExecutor();
    } catch (UnsupportedOperationException refused) {
      throw new ParameterException(spec.commandLine(), refused.getMessage(), refused);
    }
  }

  private void requirePositive(String option, int value) {
    if (value < 1) {
      throw new ParameterException(spec.commandLine(), option + " must be at least 1: " + value);
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
