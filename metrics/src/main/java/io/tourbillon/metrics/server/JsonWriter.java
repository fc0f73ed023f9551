package io.tourbillon.metrics.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one value as JSON (RFC 8259), without white space.
 *
 * <p>The text is ASCII: all other characters of strings are escaped, and so is DEL, because names
 * come from users and may contain characters that control a terminal, end a line or change the
 * direction of text. A surrogate without its partner becomes U+FFFD, since parsers differ in what
 * they do with one, and some refuse the whole text.
 *
 * <p>The caller writes members and elements in order and ends what it begins; the writer only puts
 * commas between them. {@link #close} writes what is buffered and leaves the stream open. Not
 * thread-safe.
 */
final class JsonWriter implements Closeable {
  private static final char REPLACEMENT = '\uFFFD';
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final Writer out;

  /** Whether a value has ended, so that a comma must precede the next one. */
  private boolean afterValue;

  /** An object or an array that can write itself. */
  interface Value {
    /** Writes exactly one object or array. */
    void writeTo(JsonWriter json) throws IOException;
  }

  JsonWriter(OutputStream stream) {
    // Not closed: the stream belongs to the caller.
    out = new OutputStreamWriter(stream, StandardCharsets.US_ASCII);
  }

  /** Writes a whole text to a stream, which stays open. */
  static void write(OutputStream stream, Value value) throws IOException {
    try (JsonWriter json = new JsonWriter(stream)) {
      value.writeTo(json);
    }
  }

  JsonWriter beginObject() throws IOException {
    return begin('{');
  }

  JsonWriter endObject() throws IOException {
    return end('}');
  }

  JsonWriter beginArray() throws IOException {
    return begin('[');
  }

  JsonWriter endArray() throws IOException {
    return end(']');
  }

  /** Writes the name of a member. Its value follows. */
  JsonWriter name(String name) throws IOException {
    separate();
    quote(name);
    out.write(':');
    return this;
  }

  JsonWriter member(String name, long number) throws IOException {
    return name(name).value(number);
  }

  JsonWriter member(String name, double number) throws IOException {
    return name(name).value(number);
  }

  JsonWriter member(String name, boolean truth) throws IOException {
    return name(name).value(truth);
  }

  JsonWriter member(String name, String text) throws IOException {
    return name(name).value(text);
  }

  JsonWriter member(String name, @Nullable Value value) throws IOException {
    return name(name).value(value);
  }

  JsonWriter value(long number) throws IOException {
    return literal(Long.toString(number));
  }

  /** Writes a number; NaN and the infinities, which JSON does not have, become null. */
  JsonWriter value(double number) throws IOException {
    return literal(Double.isFinite(number) ? Double.toString(number) : "null");
  }

  JsonWriter value(boolean truth) throws IOException {
    return literal(Boolean.toString(truth));
  }

  JsonWriter value(String text) throws IOException {
    separate();
    quote(text);
    afterValue = true;
    return this;
  }

  JsonWriter value(@Nullable Value value) throws IOException {
    if (value == null) {
      return literal("null");
    }
    value.writeTo(this);
    return this;
  }

  JsonWriter values(List<? extends Value> values) throws IOException {
    beginArray();
    for (Value value : values) {
      value(value);
    }
    return endArray();
  }

  JsonWriter strings(List<String> texts) throws IOException {
    beginArray();
    for (String text : texts) {
      value(text);
    }
    return endArray();
  }

  JsonWriter numbers(List<Long> numbers) throws IOException {
    beginArray();
    for (long number : numbers) {
      value(number);
    }
    return endArray();
  }

  JsonWriter numbers(Map<String, Long> members) throws IOException {
    beginObject();
    for (Map.Entry<String, Long> member : members.entrySet()) {
      member(member.getKey(), (long) member.getValue());
    }
    return endObject();
  }

  private JsonWriter begin(char bracket) throws IOException {
    separate();
    out.write(bracket);
    return this;
  }

  private JsonWriter end(char bracket) throws IOException {
    out.write(bracket);
    afterValue = true;
    return this;
  }

  private JsonWriter literal(String text) throws IOException {
    separate();
    out.write(text);
    afterValue = true;
    return this;
  }

  private void separate() throws IOException {
    if (afterValue) {
      out.write(',');
    }
    afterValue = false;
  }

  private void quote(String text) throws IOException {
    out.write('"');
    for (int at = 0; at < text.length(); at++) {
      write(isLoneSurrogate(text, at) ? REPLACEMENT : text.charAt(at));
    }
    out.write('"');
  }

  private static boolean isLoneSurrogate(String text, int at) {
    char character = text.charAt(at);
    if (Character.isHighSurrogate(character)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(character)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }

  private void write(char character) throws IOException {
    switch (character) {
      case '"' -> out.write("\\\"");
      case '\\' -> out.write("\\\\");
      case '\b' -> out.write("\\b");
      case '\f' -> out.write("\\f");
      case '\n' -> out.write("\\n");
      case '\r' -> out.write("\\r");
      case '\t' -> out.write("\\t");
      default -> {
        if (character >= ' ' && character < 0x7F) {
          out.write(character);
        } else {
          out.write("\\u");
          out.write(HEX.toHexDigits(character));
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }
}
