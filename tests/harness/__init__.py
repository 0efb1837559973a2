"""What the test suites share: complete running Fitgate installations, and the tools to talk to them.

    tree            the source tree and the facts in its Makefile
    processes       starting, watching and stopping programs
    ports, files    what one stack reserves: ports, a directory, its secrets
    database, smtp, nginx, apache, lighttpd     the servers of a stack, one module each
    stack           all of these together; shared_hosting: the same on a host without root
    web_servers     the kinds of stack, by the name of their web server
    serve           `make run`: one stack in var/ until Ctrl-C
    sql, tokens, people, pictures, passwords    test data
    answers, openapi                            HTTP answers and the description of the API
    population, wrk, memory                     many users, load, and memory usage

A stack runs only the real programs, as the user who starts it; nothing needs root.
"""
