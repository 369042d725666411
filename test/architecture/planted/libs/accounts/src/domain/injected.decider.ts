// breaks: domain-is-pure
import { Injectable } from '@nestjs/common';

export const injected = Injectable;
