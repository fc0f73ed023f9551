package io.tourbillon.metrics.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.metrics.internal.health.Condition;
import io.tourbillon.metrics.server.CoroutineSample.LoopSample;
import io.tourbillon.metrics.server.LiveFeed.Reply;
import io.tourbillon.metrics.server.LiveFeed.SlowTask;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** What the writer writes is what Jackson writes, and Jackson reads it as it was. */
class JsonWriterTest {
  private static final JsonMapper JACKSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final int ROUNDS = 20_000;

  private static String written(JsonWriter.Value value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonWriter.write(bytes, value);
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  /** Jackson writes DEL as it is. */
  private static String byJackson(Object value) {
    return JACKSON.writeValueAsString(value).replace("\u007F", "\\u007F");
  }

  private static String written(String text) throws IOException {
    return written(json -> json.value(text));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          0022, `"\\""`
          005C, `"\\\\"`
          0008, `"\\b"`
          0009, `"\\t"`
          000A, `"\\n"`
          000C, `"\\f"`
          000D, `"\\r"`
          0000, `"\\u0000"`
          001B, `"\\u001B"`
          0020, `" "`
          002F, `"/"`
          007E, `"~"`
          007F, `"\\u007F"`
          0085, `"\\u0085"`
          2028, `"\\u2028"`
          2029, `"\\u2029"`
          202E, `"\\u202E"`
          D800, `"\\uFFFD"`
          DFFF, `"\\uFFFD"`
          FFFF, `"\\uFFFF"`
          """)
  void value_ofACharacter_isEscapedUnlessPrintableAscii(String hex, String expected)
      throws IOException {
    assertEquals(expected, written(String.valueOf((char) Integer.parseInt(hex, 16))));
  }

  /** All characters, one by one: so each surrogate stands alone. */
  @Test
  void value_ofEachCharacter_isAsciiAndReadAsItWas() throws IOException {
    for (int code = 0; code <= Character.MAX_VALUE; code++) {
      String text = String.valueOf((char) code);
      String json = written(text);
      assertTrue(json.chars().allMatch(octet -> octet >= ' ' && octet < 0x7F), json);
      assertEquals(wellFormed(text), JACKSON.readValue(json, String.class));
    }
  }

  @Test
  void value_ofRandomSurrogates_keepsPairsAndReplacesOthers() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      StringBuilder text = new StringBuilder();
      for (int left = random.nextInt(6); left > 0; left--) {
        text.append(random.nextInt(5) == 0 ? 'x' : (char) (0xD800 + random.nextInt(0x800)));
      }
      assertEquals(
          wellFormed(text.toString()),
          JACKSON.readValue(written(text.toString()), String.class),
          () -> "seed " + seed);
    }
  }

  /** The JDK's encoder replaces surrogates that have no partner. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "-0.0, -0.0",
    "5e-324, 4.9E-324",
    "1e300, 1.0E300",
    "0.1, 0.1",
    "NaN, null",
    "Infinity, null",
    "-Infinity, null",
  })
  void value_ofADouble_isItsShortestTextOrNull(double number, String expected) throws IOException {
    assertEquals(expected, written(json -> json.value(number)));
  }

  @Test
  void write_nested_hasCommasBetweenValuesOnly() throws IOException {
    assertEquals(
        "{\"a\":[],\"b\":{},\"c\":[{},[],1],\"d\":true,\"e\":null}",
        written(
            json ->
                json.beginObject()
                    .name("a")
                    .beginArray()
                    .endArray()
                    .name("b")
                    .beginObject()
                    .endObject()
                    .name("c")
                    .beginArray()
                    .beginObject()
                    .endObject()
                    .beginArray()
                    .endArray()
                    .value(1)
                    .endArray()
                    .name("d")
                    .value(true)
                    .name("e")
                    .value((JsonWriter.Value) null)
                    .endObject()));
  }

  @Test
  void write_randomValues_isReadAsTheyWere() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Object value = randomValue(random, 3);
      String json = written(writer -> writeAny(writer, value));
      assertEquals(value, JACKSON.readValue(json, Object.class), () -> "seed " + seed);
      assertEquals(byJackson(value), json, () -> "seed " + seed);
    }
  }

  /** Jackson finds the components by itself, so a component that is not written is noticed. */
  @Test
  void writeTo_ofEachRecord_isWhatJacksonWrites() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS / 10; round++) {
      Reply reply = randomReply(random);
      assertEquals(byJackson(reply), written(reply), () -> "seed " + seed);
      Map<String, Condition> parts = new LinkedHashMap<>();
      parts.put("timers", random.nextBoolean() ? Condition.UP : Condition.STALLED);
      parts.put("loop " + randomName(random), Condition.DEAD);
      Health.Report report = new Health.Report(random.nextBoolean(), parts);
      assertEquals(byJackson(report), written(report), () -> "seed " + seed);
    }
  }

  @Test
  void writeTo_withoutAComponent_isNotWhatJacksonWrites() throws IOException {
    SlowTask task = new SlowTask("task", 1, 2);
    assertNotEquals(
        JACKSON.writeValueAsString(task),
        written(json -> json.beginObject().name("task").value("task").endObject()));
  }

  private static void writeAny(JsonWriter json, Object value) throws IOException {
    switch (value) {
      case null -> json.value((JsonWriter.Value) null);
      case String text -> json.value(text);
      case Integer number -> json.value(number);
      case Double number -> json.value(number);
      case Boolean truth -> json.value(truth);
      case List<?> list -> {
        json.beginArray();
        for (Object element : list) {
          writeAny(json, element);
        }
        json.endArray();
      }
      case Map<?, ?> map -> {
        json.beginObject();
        for (Map.Entry<?, ?> member : map.entrySet()) {
          json.name((String) member.getKey());
          writeAny(json, member.getValue());
        }
        json.endObject();
      }
      default -> throw new AssertionError(value);
    }
  }

  private static Object randomValue(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 7)) {
      case 0 -> null;
      case 1 -> randomName(random);
      case 2 -> random.nextInt();
      case 3 -> randomDouble(random);
      case 4 -> random.nextBoolean();
      case 5 -> {
        List<Object> list = new ArrayList<>();
        for (int left = random.nextInt(4); left > 0; left--) {
          list.add(randomValue(random, depth - 1));
        }
        yield list;
      }
      default -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int left = random.nextInt(4); left > 0; left--) {
          map.put(randomName(random), randomValue(random, depth - 1));
        }
        yield map;
      }
    };
  }

  private static double randomDouble(Random random) {
    double any = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(any) && random.nextBoolean() ? any : random.nextInt(1_000_000) / 1e3;
  }

  /** Half of the characters are ASCII. */
  private static String randomName(Random random) {
    StringBuilder name = new StringBuilder();
    for (int left = random.nextInt(12); left > 0; left--) {
      name.append((char) random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_VALUE + 1));
    }
    return wellFormed(name.toString());
  }

  private static String randomWord(Random random) {
    return "task-" + random.nextInt(100) + "\u2028\"<script>\uD83D\uDE00";
  }

  private static Percentiles randomPercentiles(Random random) {
    return random.nextBoolean()
        ? null
        : new Percentiles(
            randomDouble(random), randomDouble(random), randomDouble(random), randomDouble(random));
  }

  private static Reply randomReply(Random random) {
    TimerSample timers =
        new TimerSample(
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            random.nextLong(),
            random.nextLong(),
            random.nextLong(),
            List.of(random.nextLong(), random.nextLong()),
            randomPercentiles(random),
            randomPercentiles(random),
            randomPercentiles(random));
    LoopSample loop =
        new LoopSample(
            randomWord(random),
            random.nextLong(),
            random.nextLong(),
            random.nextLong(),
            randomDouble(random),
            randomDouble(random),
            random.nextLong(),
            random.nextBoolean());
    CoroutineSample coroutines =
        new CoroutineSample(
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            randomDouble(random),
            new TreeMap<>(Map.of("ready", random.nextLong(), "running", random.nextLong())),
            random.nextLong(),
            List.of(loop, loop),
            randomPercentiles(random),
            randomPercentiles(random),
            randomPercentiles(random));
    Sample sample =
        new Sample(
            random.nextLong(),
            random.nextLong(),
            random.nextBoolean() ? timers : null,
            random.nextBoolean() ? coroutines : null,
            random.nextBoolean() ? randomDurable(random) : null);
    return new Reply(
        random.nextLong(),
        List.of(sample, sample),
        List.of(new SlowTask(randomWord(random), randomDouble(random), random.nextLong())));
  }

  private static DurableSample randomDurable(Random random) {
    return new DurableSample(
        randomDouble(random),
        randomDouble(random),
        randomDouble(random),
        randomDouble(random),
        randomDouble(random),
        randomDouble(random),
        randomDouble(random),
        randomDouble(random),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        randomDouble(random),
        randomDouble(random),
        List.of(randomWord(random), randomWord(random)),
        randomPercentiles(random),
        randomPercentiles(random));
  }
}
