package io.tourbillon.metrics.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.eclipse.jetty.server.Request;

/** A file on the class path, which is read once; all answers share its bytes. */
final class Asset implements Source {
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private final Answer answer;

  private Asset(String contentType, byte[] content) {
    answer = new Answer(200, contentType, Body.uncounted(content));
  }

  static Asset html(String name) {
    return new Asset("text/html; charset=utf-8", bytes(name));
  }

  static Asset css(String name) {
    return new Asset("text/css; charset=utf-8", bytes(name));
  }

  static Asset script(String name) {
    return new Asset(SCRIPT, bytes(name));
  }

  /** Chart.js without the address of its source map, which a browser would go and look for. */
  static Asset chart() {
    String location = text(bytes("chart-location.txt")).strip();
    String chart = text(bytes(location)).replaceFirst("(?m)^//# sourceMappingURL=.*$", "");
    return new Asset(SCRIPT, chart.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A file that stands beside this class, or anywhere if its name begins with a slash. */
  private static byte[] bytes(String name) {
    try (InputStream file =
        Objects.requireNonNull(
            Asset.class.getResourceAsStream(name), name + " must be on the class path")) {
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Answer answer(Request request, HeldBytes memory) {
    return answer;
  }

  @Override
  public boolean isQuick() {
    return true;
  }
}
