package io.tourbillon.stress.memory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for {@code localhost} that its owner has signed and trusts. The JDK's {@code
 * keytool} makes it when it is needed, so that none is in the tree or expires there.
 */
final class LocalIdentity {
  static final String HOST = "localhost";

  private static final String PASSWORD = "password";
  private static final long MOST_SECONDS = 30;

  /** For both sides. */
  static final SSLContext CONTEXT = newContext();

  private LocalIdentity() {}

  private static SSLContext newContext() {
    try {
      KeyStore store = newStore();
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store, PASSWORD.toCharArray());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static KeyStore newStore()
      throws IOException, GeneralSecurityException, InterruptedException {
    Path folder = Files.createTempDirectory("tourbillon-identity");
    Path file = folder.resolve("identity.p12");
    try {
      makePair(file);
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD.toCharArray());
      }
      // An entry with a key is not trusted by itself.
      store.setCertificateEntry("trusted", store.getCertificate("own"));
      return store;
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private static void makePair(Path file) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "own",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + HOST,
                "-ext",
                "san=dns:" + HOST,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!keytool.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException("keytool made no key in " + file);
      }
    } finally {
      Process _ = keytool.destroyForcibly();
    }
  }
}
