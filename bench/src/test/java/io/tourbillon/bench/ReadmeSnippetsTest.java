package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows as Java compiles, beside declarations of what it takes for granted. */
class ReadmeSnippetsTest {
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\R(.*?)^```$");

  private static String sourceOf(int number, String parameters, String snippet) {
    return """
        import io.micrometer.core.instrument.MeterRegistry;
        import io.micrometer.core.instrument.Tags;
        import io.tourbillon.coroutine.Coroutine;
        import io.tourbillon.coroutine.CoroutineScheduler;
        import io.tourbillon.coroutine.Coroutines;
        import io.tourbillon.metrics.CoroutineMetrics;
        import io.tourbillon.metrics.MetricsServer;
        import io.tourbillon.metrics.TimerMetrics;
        import io.tourbillon.timer.TimerHandle;
        import io.tourbillon.timer.TimerService;
        import java.net.http.HttpClient;
        import java.net.http.HttpRequest;
        import java.net.http.HttpResponse.BodyHandlers;
        import java.time.Duration;
        import java.util.concurrent.CompletionStage;
        import java.util.concurrent.ExecutorService;
        import java.util.concurrent.TimeUnit;

        abstract class Readme%d {
          interface Connection { void close(); }
          interface Request { void fail(); }
          abstract void heartbeat();
          abstract void answer(String answer, Throwable failure);
          abstract void serve();

          void snippet(%s) throws Exception {
            %s
          }
        }
        """
        .formatted(number, parameters, snippet);
  }

  /** What a snippet takes for granted, as parameters, by the heading that it stands below. */
  private static String parametersOf(String heading) {
    return switch (heading) {
      case "Tourbillon" -> "Connection connection, Request request, CompletionStage<String> call";
      case "What there is" -> "ExecutorService pool";
      case "Coroutines" -> "HttpClient client, HttpRequest request";
      case "Metrics" -> "TimerService timers, CoroutineScheduler scheduler, MeterRegistry registry";
      default ->
          throw new AssertionError("a snippet that the test does not know, below " + heading);
    };
  }

  private static String headingBefore(String readme, int position) {
    String[] headings = readme.substring(0, position).split("(?m)^#+ ", -1);
    return headings[headings.length - 1].lines().findFirst().orElseThrow();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(int number, String text) {
      super(URI.create("string:///Readme" + number + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  @Test
  void snippets_compile(@TempDir Path folder) throws Exception {
    String readme = Files.readString(Path.of("..", "README.md"), StandardCharsets.UTF_8);
    List<JavaFileObject> sources = new ArrayList<>();
    Matcher snippets = SNIPPET.matcher(readme);
    while (snippets.find()) {
      String parameters = parametersOf(headingBefore(readme, snippets.start()));
      String source = sourceOf(sources.size(), parameters, snippets.group(1));
      sources.add(new Source(sources.size(), source));
    }
    assertEquals(4, sources.size(), "snippets of the README");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull(compiler, "the tests run on a JDK");
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of("-proc:none", "-d", folder.toString(), "-classpath", everythingOnThePath());
    boolean compiled = compiler.getTask(messages, null, null, options, null, sources).call();
    assertTrue(compiled, messages::toString);
  }

  /** Whether the tests run on the class path or, in part, on the module path. */
  private static String everythingOnThePath() {
    return Stream.of("java.class.path", "jdk.module.path")
        .map(System::getProperty)
        .filter(path -> path != null && !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
