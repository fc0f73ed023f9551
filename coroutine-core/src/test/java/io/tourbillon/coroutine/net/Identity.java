package io.tourbillon.coroutine.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A private key with a certificate that it has signed itself. Made for each run of the tests, so
 * that none is in the tree or expires there.
 */
record Identity(PrivateKey key, X509Certificate certificate) {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final int SEQUENCE = 0x30;
  private static final byte[] ECDSA_WITH_SHA256 =
      der(SEQUENCE, der(0x06, bytes(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02)));
  private static final byte[] COMMON_NAME = der(0x06, bytes(0x55, 0x04, 0x03));
  private static final byte[] SUBJECT_ALTERNATIVE_NAME = der(0x06, bytes(0x55, 0x1D, 0x11));

  /** Makes an identity for a host, valid today. */
  static Identity of(String host) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] body = body(host, pair.getPublic().getEncoded());
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(body);
      byte[] signed = der(0x03, bytes(0), signature.sign());
      byte[] certificate = der(SEQUENCE, body, ECDSA_WITH_SHA256, signed);
      return new Identity(
          pair.getPrivate(),
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(certificate)));
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The part of a certificate that is signed, as RFC 5280 defines it. */
  private static byte[] body(String host, byte[] publicKey) {
    byte[] name =
        der(SEQUENCE, der(0x31, der(SEQUENCE, COMMON_NAME, der(0x0C, host.getBytes(US_ASCII)))));
    Instant now = Instant.now();
    byte[] validity = der(SEQUENCE, time(now.minusSeconds(3600)), time(now.plusSeconds(86_400)));
    byte[] hosts =
        der(
            SEQUENCE,
            SUBJECT_ALTERNATIVE_NAME,
            der(0x04, der(SEQUENCE, der(0x82, host.getBytes(US_ASCII)))));
    return der(
        SEQUENCE,
        der(0xA0, der(0x02, bytes(2))), // Version 3.
        der(0x02, bytes(1)), // The serial number.
        ECDSA_WITH_SHA256,
        name, // The issuer.
        validity,
        name, // The subject.
        publicKey,
        der(0xA3, der(SEQUENCE, hosts)));
  }

  private static byte[] time(Instant time) {
    return der(0x18, TIME.format(time).getBytes(US_ASCII));
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tag);
    if (length < 0x80) {
      all.write(length);
    } else {
      all.writeBytes(bytes(0x82, length >> 8, length));
    }
    all.writeBytes(content.toByteArray());
    return all.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int index = 0; index < values.length; index++) {
      bytes[index] = (byte) values[index];
    }
    return bytes;
  }

  /** Returns a context that shows one identity, if any, and trusts others. */
  static SSLContext context(@Nullable Identity own, Identity... trusted) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, PASSWORD);
      for (int index = 0; index < trusted.length; index++) {
        store.setCertificateEntry("trusted-" + index, trusted[index].certificate());
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      return context(own, trusted.length == 0 ? new TrustManager[0] : trust.getTrustManagers());
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Returns a context that shows one identity, if any, and trusts as others say. */
  static SSLContext context(@Nullable Identity own, TrustManager... trust) {
    try {
      KeyManager[] keys = {};
      if (own != null) {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, PASSWORD);
        store.setKeyEntry("own", own.key(), PASSWORD, new X509Certificate[] {own.certificate()});
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, PASSWORD);
        keys = factory.getKeyManagers();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }
}
