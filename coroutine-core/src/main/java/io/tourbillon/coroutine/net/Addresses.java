package io.tourbillon.coroutine.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Addresses of sockets, and exceptions that name them. */
final class Addresses {
  private Addresses() {}

  /**
   * Returns the family of an address; null for that of the JDK's default, which is the Internet.
   */
  static @Nullable ProtocolFamily familyOf(SocketAddress address) {
    return isUnix(address) ? StandardProtocolFamily.UNIX : null;
  }

  static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress;
  }

  /**
   * Refuses an address without an IP address.
   *
   * @throws UnknownHostException if the name of the host was not resolved
   */
  static void requireResolved(SocketAddress address) throws UnknownHostException {
    if (address instanceof InetSocketAddress internet && internet.isUnresolved()) {
      throw new UnknownHostException("the host must be resolved: " + internet.getHostString());
    }
  }

  /** Returns an exception that names what was tried, of the same kind if that is a usual one. */
  static IOException named(IOException failure, String what) {
    String message = what + ": " + failure.getMessage();
    IOException named =
        switch (failure) {
          case BindException _ -> new BindException(message);
          case ConnectException _ -> new ConnectException(message);
          case NoRouteToHostException _ -> new NoRouteToHostException(message);
          default -> new IOException(message);
        };
    named.initCause(failure);
    return named;
  }
}
