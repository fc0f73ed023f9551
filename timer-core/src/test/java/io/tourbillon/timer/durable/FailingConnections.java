package io.tourbillon.timer.durable;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A source of connections whose calls a test can let fail. */
final class FailingConnections {
  /** What happens before a call of a connection, which is made if nothing is thrown. */
  interface Fault {
    void before(Connection connection, String method, @Nullable Object[] arguments)
        throws Throwable;
  }

  private FailingConnections() {}

  static DataSource of(DataSource source, Fault fault) {
    return proxy(
        DataSource.class,
        (_, method, arguments) ->
            method.getName().equals("getConnection")
                ? connection(source.getConnection(), fault)
                : call(source, method, arguments));
  }

  private static Connection connection(Connection connection, Fault fault) {
    return proxy(
        Connection.class,
        (_, method, arguments) -> {
          Object[] given = arguments == null ? new Object[0] : arguments;
          fault.before(connection, method.getName(), given);
          return call(connection, method, given);
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FailingConnections.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object call(Object target, Method method, @Nullable Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
