package io.tourbillon.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs of the guides run, and print what their comments say. */
class GuidesTest {
  private static final List<Path> GUIDES =
      List.of(Path.of("..", "timer-core", "GUIDE.md"), Path.of("..", "coroutine-core", "GUIDE.md"));

  static Stream<Arguments> programs() throws IOException {
    Stream.Builder<Arguments> programs = Stream.builder();
    for (Path guide : GUIDES) {
      for (Map.Entry<String, String> snippet : Snippets.of(guide).entrySet()) {
        programs.add(Arguments.of(snippet.getKey(), snippet.getValue()));
      }
    }
    return programs.build();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void program_printsWhatItSays(String heading, String snippet, @TempDir Path folder)
      throws Exception {
    Snippets.requireToRun(snippet, folder);
  }
}
