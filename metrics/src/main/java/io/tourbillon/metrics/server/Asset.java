package io.tourbillon.metrics.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** A file on the class path. It is read once, and all responses share its bytes. */
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

  /** Chart.js without the address of its source map, which a browser would try to load. */
  static Asset chart() {
    String location = text(bytes("chart-location.txt")).strip();
    // The file is in another module. Only the class loader finds it there.
    InputStream found = Asset.class.getClassLoader().getResourceAsStream(location);
    String chart = text(bytes(found, location)).replaceFirst("(?m)^//# sourceMappingURL=.*$", "");
    return new Asset(SCRIPT, chart.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String nameBesideThisClass) {
    return bytes(Asset.class.getResourceAsStream(nameBesideThisClass), nameBesideThisClass);
  }

  private static byte[] bytes(@Nullable InputStream resource, String name) {
    try (InputStream file =
        Objects.requireNonNull(resource, name + " must be on the class path or the module path")) {
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
