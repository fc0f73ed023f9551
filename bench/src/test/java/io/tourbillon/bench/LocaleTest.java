package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever language its user speaks, the program prints numbers that other programs can read. */
@Tag("long")
class LocaleTest {
  private final Locale before = Locale.getDefault();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  private static void assertAscii(String text) {
    assertTrue(text.codePoints().noneMatch(digit -> Character.isDigit(digit) && digit > '9'), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-u-nu-arab", "ar-EG", "hi-IN-u-nu-deva", "tr-TR"})
  void compare_inAnyLocale_writesDigitsOfAscii(String locale, @TempDir Path folder)
      throws Exception {
    Locale.setDefault(Locale.forLanguageTag(locale));
    assertEquals(
        0,
        run(
            "compare",
            "--quick",
            "--scenario=timer-memory",
            "--subject=ours-ids",
            "--size=1000",
            "--heap=256m",
            "--output=" + folder),
        err::toString);
    assertTrue(out.toString().startsWith("1 runs, usually 0 s, of [timer-memory]"), out::toString);
    assertAscii(out.toString());
    assertAscii(Files.readString(folder.resolve("page.html")));
    assertAscii(Files.readString(folder.resolve("results.json")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-u-nu-arab", "ar-EG", "hi-IN-u-nu-deva", "tr-TR"})
  void demo_inAnyLocale_printsDigitsOfAscii(String locale) {
    Locale.setDefault(Locale.forLanguageTag(locale));
    assertEquals(
        0,
        run("demo", "--seconds=1", "--timers=100", "--coroutines=100", "--metrics-port=0"),
        err::toString);
    assertTrue(out.toString().contains("Served 100 clients for "), out::toString);
    assertAscii(out.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-u-nu-arab", "ar-EG", "hi-IN-u-nu-deva", "tr-TR"})
  void refusals_inAnyLocale_haveDigitsOfAscii(String locale) {
    Locale.setDefault(Locale.forLanguageTag(locale));
    assertEquals(2, run("compare", "--scenario=ten-million", "--heap=64m"));
    assertEquals(2, run("demo", "--timers=-1"));
    assertTrue(err.toString().contains("4200m at least for ten-million with 10000000: 64m"));
    assertAscii(err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-u-nu-arab", "tr-TR"})
  void list_inAnyLocale_hasDigitsOfAscii(String locale) {
    Locale.setDefault(Locale.forLanguageTag(locale));
    assertEquals(0, run("compare", "--list"));
    assertTrue(out.toString().contains("netty-65536 "), out::toString);
    assertAscii(out.toString());
  }
}
