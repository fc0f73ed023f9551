package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.Version;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The libraries run on the Netty that the build names: of one line, with all its parts. */
class NettyLineTest {
  @Test
  void netty_onTheClassPath_isTheLineToBeTested() {
    String version = System.getProperty("tests.netty");
    if (version != null) {
      Map<String, String> others = new TreeMap<>();
      Version.identify().forEach((part, found) -> others.put(part, found.artifactVersion()));
      assertTrue(others.containsKey("netty-common"), others::toString);
      others.values().removeIf(version::equals);
      assertEquals(Map.of(), others);
    }
  }
}
